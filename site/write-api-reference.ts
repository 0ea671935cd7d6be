/** Writes `pages/api/`: one page for each subpath of the package, from the docstrings of the source. */
import { readFileSync } from 'node:fs'
import { Application, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'

const SOURCE = 'mcp-gatehouse-source'
const { name, exports } = JSON.parse(readFileSync('../package.json', 'utf8')) as {
  readonly name: string
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}
const modules = Object.entries(exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ name: name + subpath.slice(1), file: `.${target[SOURCE]}` }],
)

const options: TypeDocOptions & Partial<PluginOptions> = {
  entryPoints: modules.map(({ file }) => file),
  tsconfig: 'tsconfig.api.json',
  plugin: ['typedoc-plugin-markdown'],
  outputs: [{ name: 'markdown', path: 'pages/api' }],
  router: 'module',
  readme: 'none',
  sortEntryPoints: false,
  name: 'API',
  disableSources: true,
  excludeExternals: true,
  // `npm run types` has checked the source, with the compiler of the project.
  skipErrorChecking: true,
  validation: { notExported: false },
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: true,
  groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases', '*'],
  parametersFormat: 'table',
  interfacePropertiesFormat: 'list',
  enumMembersFormat: 'table',
  entryFileName: 'index.md',
}
const app = await Application.bootstrapWithPlugins(options)
const project = await app.convert()
if (project === undefined) throw new Error('TypeDoc could not read the source.')
for (const [index, { name: subpath }] of modules.entries()) {
  const module = project.children?.[index]
  if (module !== undefined) module.name = subpath
}
await app.generateOutputs(project)
