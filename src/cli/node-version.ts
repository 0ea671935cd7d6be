/** The `engines` of package.json: `npx` warns of them at most, and starts this all the same. */
const NEEDED = { major: 22, minor: 19 } as const

/** What to tell whoever runs a Node.js that is too old; `undefined` for one that will do. */
export function nodeProblem(versions: {
  readonly node: string
  readonly bun?: string | undefined
  readonly deno?: string | undefined
}): string | undefined {
  // They name the version of Node.js that they imitate.
  if (versions.bun !== undefined || versions.deno !== undefined) return undefined
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  const isEnough = major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor)
  return isEnough
    ? undefined
    : `This is Node.js ${versions.node}, and ${NEEDED.major}.${NEEDED.minor} or later is needed. Install one from https://nodejs.org, and run it again.`
}
