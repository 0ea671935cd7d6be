/**
 * The documentation for language models (https://llmstxt.org): `llms.txt` lists the pages, each is
 * there as the Markdown that it was made from, and `llms-full.txt` is all of them in one file.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Entry, pagesOf, readNavigation } from './navigation.ts'

const HEADER = '# mcp-gatehouse'

/** Writes them into `folder`, beside the pages. */
export async function writeForModels(folder: string, summary: string): Promise<void> {
  const sections = readNavigation()
  const texts = await Promise.all(
    pagesOf(sections).map(async ({ target }) => {
      const text = await readFile(join('..', target), 'utf8')
      await mkdir(dirname(join(folder, target)), { recursive: true })
      await writeFile(join(folder, target), text)
      return `<!-- ${target} -->\n${text}`
    }),
  )
  const lists = sections.map(({ title, entries, groups }) => {
    const all = [...entries, ...groups.flatMap((group) => group.entries)]
    return `## ${title}\n\n${all.map(lineOf).join('\n')}\n`
  })
  await writeFile(join(folder, 'llms.txt'), [HEADER, `> ${summary}`, ...lists].join('\n\n'))
  await writeFile(join(folder, 'llms-full.txt'), [HEADER, `> ${summary}`, ...texts].join('\n\n'))
}

function lineOf({ title, target, description }: Entry): string {
  return `- [${title}](/${target})${description && `: ${description}`}`
}
