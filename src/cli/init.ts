import { lstat, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isDocument } from '../oauth/index.ts'
import { CommandRefused } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { isFileFailure } from './file-failure.ts'
import { paint } from './format.ts'
import { type Choices, DIRECT, EMBEDDED, FRAMEWORKS, STORES } from './init/choices.ts'
import {
  codeFiles,
  DEMO_USER,
  environmentText,
  keyUsesOf,
  packagesOf,
  projectFiles,
  setUpText,
} from './init/project-files.ts'
import { createPrompt } from './init/prompt.ts'
import { PROVIDERS } from './init/provider-options.ts'
import type { CliIo } from './io.ts'
import { generateInto } from './keys-generate.ts'

const PROVIDER_QUESTION = [
  'Where do users sign in?',
  `  ${EMBEDDED}: a user of its own, for development`,
  `  ${DIRECT}: an issuer that MCP clients can sign in at themselves`,
  '  a provider: there, with an authorization server of yours in front; oidc is for all others',
].join('\n')
const DOCTOR = 'npm run doctor'
const ALL_PROVIDERS: readonly string[] = [EMBEDDED, DIRECT, ...PROVIDERS]

export const init: Command = {
  name: 'init',
  summary: 'Write a protected MCP server into this folder, with its keys',
  options: [
    {
      name: 'framework',
      value: '<name>',
      choices: FRAMEWORKS,
      help: `What it runs on: ${FRAMEWORKS.join(', ')}`,
    },
    {
      name: 'provider',
      value: '<name>',
      choices: ALL_PROVIDERS,
      help: `Where users sign in: ${EMBEDDED} (one user of its own), ${DIRECT} (at an issuer that MCP clients can use), or a provider, such as entra`,
    },
    {
      name: 'storage',
      value: '<name>',
      choices: STORES,
      help: `What the authorization server keeps its records in: ${STORES.join(', ')}`,
    },
  ],
  details: [
    'On a terminal it asks for what is not given; elsewhere the first of each list is taken.',
    'In a folder with a package.json that has dependencies it prints what to add, and writes nothing.',
    'No file is overwritten.',
  ],
  async run(options, io) {
    const choices = await readChoices(options, io)
    return (await hasDependencies(io)) ? describeLines(choices, io) : write(choices, io)
  },
}

async function readChoices(options: GivenOptions, io: CliIo): Promise<Choices> {
  const prompt = io.isTerminal.stdin ? createPrompt(io) : undefined
  const choose = async <Choice extends string>(
    name: string,
    question: string,
    choices: readonly Choice[],
  ): Promise<Choice> => {
    const given = choices.find((choice) => choice === options.value(name)) ?? choices[0]
    if (given === undefined) throw new Error(`init: no choices for ${name}`)
    return options.isSet(name) || prompt === undefined ? given : prompt.choose(question, choices)
  }
  try {
    const framework = await choose('framework', 'What does it run on?', FRAMEWORKS)
    const provider = await choose('provider', PROVIDER_QUESTION, ALL_PROVIDERS)
    const needsStore = provider !== DIRECT || options.isSet('storage')
    const store = needsStore
      ? await choose(
          'storage',
          'What are sign-ins kept in? What is in memory is gone when the server ends.',
          STORES,
        )
      : 'memory'
    return { framework, provider, store }
  } finally {
    prompt?.close()
  }
}

async function hasDependencies(io: CliIo): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(io.cwd, 'package.json'), 'utf8'))
    const dependencies = isDocument(manifest) ? manifest['dependencies'] : undefined
    return isDocument(dependencies) && Object.keys(dependencies).length > 0
  } catch (error) {
    if (isFileFailure(error, 'ENOENT')) return false
    if (error instanceof SyntaxError) throw new CommandRefused('package.json is no JSON.')
    throw error
  }
}

/** For a project that is there: everything in the answer, and nothing on the disk. */
function describeLines(choices: Choices, io: CliIo): CommandResult {
  const { dependencies } = packagesOf(choices)
  const install = Object.entries(dependencies).map(([name, range]) => `"${name}@${range}"`)
  const commands = [
    `npm install ${install.join(' ')}`,
    ...keyUsesOf(choices).map((use) => `npx mcp-gatehouse keys generate --use ${use}`),
  ]
  const code = codeFiles(choices)
  const environment = environmentText(choices)
  return {
    json: { written: [], commands, code, environment },
    lines: [
      paint(io, 'bold', 'There is a project here, and nothing of it is changed. Run:'),
      '',
      ...commands.map((command) => `  ${command}`),
      '',
      ...Object.entries(code).flatMap(([file, text]) => showFile(file, text, io)),
      paint(io, 'bold', 'It reads from the environment:'),
      '',
      ...environment.trimEnd().split('\n'),
    ],
  }
}

function showFile(file: string, text: string, io: CliIo): readonly string[] {
  const title = paint(io, 'bold', `Take what yours lacks from this ${file}:`)
  return [title, '', ...text.trimEnd().split('\n'), '']
}

async function write(choices: Choices, io: CliIo): Promise<CommandResult> {
  const name =
    basename(io.cwd)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-') || 'mcp-server'
  const files = Object.entries(projectFiles(choices, name))
  for (const [file] of files) {
    if (await exists(join(io.cwd, file))) {
      throw new CommandRefused(
        `${file} exists, and is not overwritten. Run it in an empty folder, or in a project with dependencies, where it only prints.`,
      )
    }
  }
  for (const use of keyUsesOf(choices)) await generateInto(use, undefined, undefined, io)
  for (const [file, text] of files) {
    await writeFile(join(io.cwd, file), text, { flag: 'wx' })
  }
  const keys = keyUsesOf(choices).map((use) => `.keys/${use}.json`)
  const written = [...files.map(([file]) => file), ...keys]
  const next = ['npm install', 'cp .env.example .env', 'npm start', DOCTOR]
  const setUp = setUpText(choices)
  return {
    json: { ...choices, written, next },
    lines: [
      paint(io, 'bold', `A protected MCP server: ${choices.framework}, ${choices.provider}`),
      ...written.map((file) => `  ${file}`),
      '',
      paint(io, 'bold', 'Next:'),
      ...next.map(
        (command) => `  ${command}${command === DOCTOR ? '   # in another terminal' : ''}`,
      ),
      '',
      setUp === undefined ? DEMO_USER : `Before \`npm start\`: ${setUp}`,
    ],
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isFileFailure(error, 'ENOENT')) return false
    throw error
  }
}
