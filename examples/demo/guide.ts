import type { Users } from './story.ts'
import { paint, print, printHeading } from './terminal.ts'

const LABEL_WIDTH = 14

/** How to connect an MCP client of one's own to the server of the demo. */
export function printGuide(serverUrl: string, users: Users): void {
  printHeading('Now you: connect a client of your own')
  printEntry('MCP server', serverUrl)
  printEntry(
    'Sign in as',
    ...Object.entries(users).map(
      ([name, { password }]) => `${name.padEnd(6)} password ${password}`,
    ),
  )
  print()
  printEntry(
    'Claude Code',
    `claude mcp add --transport http notes ${serverUrl}`,
    'then /mcp to sign in',
  )
  printEntry(
    'VS Code',
    '.vscode/mcp.json',
    JSON.stringify({ servers: { notes: { type: 'http', url: serverUrl } } }),
  )
  printEntry(
    'stdio only',
    JSON.stringify({
      mcpServers: { notes: { command: 'npx', args: ['-y', 'mcp-remote', serverUrl] } },
    }),
  )
  printEntry('Inspector', 'npx @modelcontextprotocol/inspector', 'Streamable HTTP, the URL above')
  print(`\n  ${paint('dim', 'Requests show up below. Ctrl+C stops the demo.')}\n`)
}

function printEntry(label: string, ...lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    print(`  ${paint('dim', (index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`)
  }
}
