import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGES = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'examples/**/*.md'], {
  cwd: ROOT,
})

interface Link {
  readonly page: string
  readonly target: string
}

const links: readonly Link[] = PAGES.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\((?<target>[^()\s]+(?:\([^()\s]*\))?[^()\s]*)\)/g)].map(
    ({ groups }) => ({ page, target: groups?.['target'] ?? '' }),
  ),
)
const [outside, inside] = [links.filter(isOutside), links.filter((link) => !isOutside(link))]

function isOutside({ target }: Link): boolean {
  return /^[a-z]+:/i.test(target)
}

/** Without fences and code, which may hold what looks like a link. */
function proseOf(page: string): string {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return text
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '))
}

/** The anchors of a page, as GitHub and the site make them: a second heading of a name gets `-1`. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '')
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

describe('the links of the documentation', () => {
  test('to files lead to files that are there', () => {
    expect(inside.length).toBeGreaterThan(200)
    const dead = inside.filter(({ page, target }) => {
      const [path = ''] = target.split('#')
      return path !== '' && !existsSync(join(ROOT, dirname(page), path))
    })
    expect(dead).toEqual([])
  })

  test('to sections lead to headings that are there', () => {
    const withAnchor = inside.filter(({ target }) => target.includes('#'))
    expect(withAnchor.length).toBeGreaterThan(20)
    const dead = withAnchor.filter(({ page, target }) => {
      const [path = '', anchor = ''] = target.split('#')
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path))
      return !anchorsOf(file).has(anchor)
    })
    expect(dead).toEqual([])
  })

  test('to folders lead to folders with a README, which is what both places show', () => {
    const shown = inside.filter(({ page }) => page.startsWith('docs/'))
    const folders = shown.filter(({ page, target }) => {
      const path = join(ROOT, dirname(page), target.split('#')[0] ?? '')
      return (
        existsSync(path) && statSync(path).isDirectory() && !existsSync(join(path, 'README.md'))
      )
    })
    expect(folders).toEqual([])
  })

  test('to other hosts are well-formed, by https, and hide no credentials', () => {
    expect(outside.length).toBeGreaterThan(100)
    const odd = outside.filter(({ target }) => {
      const url = URL.canParse(target) ? new URL(target) : undefined
      return url?.protocol !== 'https:' || url.username !== '' || !url.hostname.includes('.')
    })
    expect(odd).toEqual([])
  })
})
