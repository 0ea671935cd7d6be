import { rangesOf } from './package-ranges.ts'

/**
 * What to type where packages are missing: in a project, and with `npx`, which installs
 * `mcp-gatehouse` without its optional peers.
 */
export function missingPeersMessage(
  command: string,
  missing: string,
  peers: readonly string[],
): string {
  const names = [...new Set([missing, ...peers])]
  const packages = Object.entries(rangesOf(names)).map(([name, range]) => `"${name}@${range}"`)
  const withNpx = ['mcp-gatehouse', ...packages].map((name) => `-p ${name}`).join(' ')
  return [
    `${missing} is not installed, and \`${command}\` needs it. In a project:`,
    '',
    `  npm install ${packages.join(' ')}`,
    '',
    'Without one:',
    '',
    `  npx ${withNpx} mcp-gatehouse ${command} …`,
  ].join('\n')
}
