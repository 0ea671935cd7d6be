/** What stands in the table of contents, docs/README.md, in its order. */
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** A page, or a section of one. */
export interface Entry {
  readonly title: string
  /** The file from the root of the repository, with an anchor where it is a section: `docs/cli.md#x`. */
  readonly target: string
  readonly description: string
}

export interface Group {
  readonly title: string
  readonly entries: readonly Entry[]
}

/** `Reference`, and `How to: by client` for a heading below another one. */
export interface Section extends Group {
  readonly groups: readonly Group[]
}

const CONTENTS = 'docs/README.md'
const HEADING = /^(?<level>#{2,3}) (?<title>.+)$/
const ENTRY = /^- \[(?<title>[^\]]+)\]\((?<link>[^)]+)\)(?:: (?<description>.+))?$/

/** Reads the table of contents. */
export function readNavigation(): readonly Section[] {
  const sections: {
    title: string
    entries: Entry[]
    groups: { title: string; entries: Entry[] }[]
  }[] = []
  for (const line of readFileSync(`../${CONTENTS}`, 'utf8').split('\n')) {
    const {
      level,
      title = '',
      link = '',
      description = '',
    } = (HEADING.exec(line) ?? ENTRY.exec(line))?.groups ?? {}
    const section = sections.at(-1)
    if (level === '##') sections.push({ title, entries: [], groups: [] })
    else if (level === '###') section?.groups.push({ title, entries: [] })
    else if (link !== '') {
      const target = posix.join(posix.dirname(CONTENTS), link)
      const entries = section?.groups.at(-1)?.entries ?? section?.entries
      entries?.push({ title, target, description })
    }
  }
  return sections
}

/** Each page once, in that order. */
export function pagesOf(sections: readonly Section[]): readonly Entry[] {
  const entries = sections.flatMap(({ entries: own, groups }) => [
    ...own,
    ...groups.flatMap((group) => group.entries),
  ])
  return entries.filter(({ target }) => !target.includes('#'))
}
