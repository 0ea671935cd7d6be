/** The pages of `api/`, by the subpaths of the package. */
import { readFileSync } from 'node:fs'
import type { DefaultTheme } from 'vitepress'

const { name, exports } = JSON.parse(readFileSync('../package.json', 'utf8')) as {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

const apiPages: DefaultTheme.SidebarItem[] = Object.keys(exports)
  .filter((subpath) => !subpath.endsWith('.json'))
  .map((subpath) => ({
    text: subpath === '.' ? name : subpath.slice(2),
    link: `/api/${name}${subpath.slice(1)}`,
  }))

export default apiPages
