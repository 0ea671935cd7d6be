import { spawn } from 'node:child_process'

/** Opens a page for the user; rejects what is no page. */
export type OpenUrl = (url: string) => Promise<void>

/**
 * The program and its arguments that show a page on this platform, without a shell in between: a URL
 * of a server can hold whatever a shell acts on (CVE-2025-6514).
 *
 * @returns `undefined` for what is no http or https URL.
 */
export function openCommand(
  value: string,
  platform: NodeJS.Platform,
): readonly [program: string, ...args: string[]] | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined
  // As `URL` writes it, it begins with its scheme, and is no option; a quotation mark is escaped.
  const { href } = url
  if (platform === 'darwin') return ['open', href]
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', href]
  return ['xdg-open', href]
}

/** What a browser has to know of its surroundings; secrets of the environment are none of it. */
const NEEDED =
  /^(?:BROWSER|DBUS_SESSION_BUS_ADDRESS|DISPLAY|HOME|PATH|SYSTEMROOT|WAYLAND_DISPLAY|XAUTHORITY|XDG_.*)$/i

/** The variables of an environment that a browser is started with. */
export function browserEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => NEEDED.test(name)))
}

/** Shows a page in the user's browser, and does not wait for it. */
export async function openUrl(url: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const command = openCommand(url, process.platform)
  if (command === undefined) throw new TypeError('openUrl: no http or https URL')
  const [program, ...args] = command
  await new Promise<void>((resolve, reject) => {
    const env = browserEnvironment(environment)
    const child = spawn(program, args, { shell: false, stdio: 'ignore', detached: true, env })
    child.once('error', reject)
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}
