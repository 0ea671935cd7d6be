import { type DefaultTheme, defineConfig } from 'vitepress'
import { writeForModels } from '../llms.ts'
import { type Entry, readNavigation } from '../navigation.ts'
import { linkTo } from '../places.ts'
import apiPages from './api-pages.ts'
import { useDiagrams } from './diagrams.ts'
import { useRepositoryLinks } from './links.ts'

const DESCRIPTION =
  'The authorization layer for MCP servers: any identity provider, any client, every revision of the specification.'

function itemOf({ title, target }: Entry): DefaultTheme.SidebarItem {
  return { text: title, link: linkTo(target) }
}

const sections = readNavigation()
const sidebar = sections.map(({ title, entries, groups }) => ({
  text: title,
  items: [
    ...entries.map(itemOf),
    ...groups.map((group) => ({
      text: group.title,
      collapsed: true,
      items: group.entries.map(itemOf),
    })),
    ...(title === 'Reference' ? [{ text: 'API', collapsed: true, items: apiPages }] : []),
  ],
}))

/** As GitHub makes them, so that one link is right in both places. */
function slugify(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

export default defineConfig({
  title: 'mcp-gatehouse',
  description: DESCRIPTION,
  lang: 'en',
  srcDir: 'pages',
  cleanUrls: true,
  markdown: {
    anchor: { slugify },
    config: (md) => {
      useDiagrams(md)
      useRepositoryLinks(md)
    },
  },
  // Mermaid, which only pages with diagrams load.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'API', link: '/api/' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
  },
  buildEnd: ({ outDir }) => writeForModels(outDir, DESCRIPTION),
})
