import { expect } from 'vitest'
import type { ConnectionSummary } from '../../src/connections/vault.ts'
import type { PagesWorld } from './pages-world.ts'
import { type Answer, allowAtService, createVisitor, signIn, type Visitor } from './visitor.ts'

export const ERROR = 'This did not work'
export const WRONG_USER = [403, 'This link is for somebody else'] as const

/** Status and title of a page. */
export function shown({ status, text }: Answer): [number, string] {
  const title = /<title>(.*) – [^<]*<\/title>/.exec(text)?.[1] ?? ''
  return [status, title]
}

/** Somebody who is signed in to the pages. */
export async function visit(world: PagesWorld, username: 'alice' | 'bob'): Promise<Visitor> {
  const visitor = createVisitor()
  const account = await signIn(visitor, await visitor.get(`${world.baseUrl}/account`), username)
  expect(shown(account)).toEqual([200, 'Your account'])
  return visitor
}

/** Alice up to the question whether it is her account at the service. */
export async function connectUntilChoice(world: PagesWorld, as: 'alice' | 'bob' = 'alice') {
  const alice = await visit(world, 'alice')
  const asked = await world.ask('alice')
  const page = await alice.get(asked.url)
  const redirect = await alice.press(page, { decision: 'connect' })
  const choice = await allowAtService(alice, redirect, as)
  return { alice, asked, redirect, choice }
}

/** Alice's. */
export function connectionsOf(world: PagesWorld): Promise<readonly ConnectionSummary[]> {
  return world.core.vault.list(world.owner('alice'))
}

export async function recordKeys(world: PagesWorld): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of world.storage.list('')) keys.push(key)
  return keys.toSorted((one, other) => one.localeCompare(other))
}

/** Goes through the service, up to the address that it sends the browser back to. */
export async function callbackOf(
  world: PagesWorld,
  visitor: Visitor,
  redirect: Answer,
): Promise<string> {
  const callback = `${world.baseUrl}/connect/github/callback`
  let answer = redirect
  for (let step = 0; step < 12; step += 1) {
    if (answer.location.startsWith(callback)) return answer.location
    answer =
      answer.location === ''
        ? await visitor.press(answer, { username: 'alice', password: 'wonderland', allow: '1' })
        : await visitor.get(answer.location)
  }
  throw new Error('the service sends nobody back')
}

/** The emulator shares our host: cookies know no ports. */
export function dropServiceSession({ cookies }: Visitor): void {
  for (const name of cookies.keys()) if (!name.startsWith('gatehouse-')) cookies.delete(name)
}
