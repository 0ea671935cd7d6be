import { showAccount, signOutHere } from './account.ts'
import { chooseAccount } from './account-choice.ts'
import { methodNotAllowed } from './answers.ts'
import { connect } from './connect.ts'
import { showDone } from './done.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import type { PagePaths } from './paths.ts'
import { remove } from './removals.ts'
import { finishAtService } from './service-callback.ts'
import { beginSignIn, finishSignIn, signInNeeded, switchUser } from './sign-in.ts'
import type { UserVisit, Visit } from './visit.ts'

/** A page: which methods it has, and what it answers. HEAD goes where GET does. */
interface Route {
  readonly methods: readonly ('GET' | 'HEAD' | 'POST')[]
  /** @param name What follows the page's own word in the path; empty for nothing. */
  answer(visit: Visit, name: string): Promise<PageAnswer>
}

const SHOWN = ['GET', 'HEAD'] as const
const SHOWN_AND_SENT = ['GET', 'HEAD', 'POST'] as const
/** A callback takes what it names: nobody asks for its head only. */
const CALLBACK = ['GET'] as const

const ACCOUNT_ROUTES: Readonly<Record<string, Route>> = {
  '': { methods: SHOWN, answer: forUser(showAccount) },
  'sign-in': { methods: ['POST'], answer: beginSignIn },
  callback: { methods: CALLBACK, answer: finishSignIn },
  switch: { methods: ['POST'], answer: forUser(switchUser) },
  'sign-out': { methods: ['POST'], answer: forUser(signOutHere) },
  disconnect: removing('disconnect'),
  withdraw: removing('withdraw'),
  'sign-out-everywhere': removing('sign-out-everywhere'),
}

const CONNECT_ROUTES: Readonly<Record<string, Route>> = {
  '': { methods: SHOWN_AND_SENT, answer: connect },
  callback: { methods: CALLBACK, answer: finishAtService },
  confirm: { methods: SHOWN_AND_SENT, answer: chooseAccount },
  done: { methods: SHOWN, answer: showDone },
}

/** Pages below the account page that have a name after their word. */
const NAMED: ReadonlySet<string> = new Set(['disconnect', 'withdraw'])

/** Whether a path is one of these pages, or below of one. */
export function isPagePath({ account, connect: connectPath }: PagePaths, path: string): boolean {
  return path === account || path.startsWith(`${account}/`) || path.startsWith(`${connectPath}/`)
}

/** Answers a request for one of the pages. */
export async function answerPage(visit: Visit): Promise<PageAnswer> {
  const { request, parts } = visit
  const { account, connect: connectPath } = parts.paths
  const isAccount = request.path === account || request.path.startsWith(`${account}/`)
  const rest = request.path.slice((isAccount ? account : connectPath).length + 1).split('/')
  const [route, name] = isAccount ? accountRoute(rest) : connectRoute(rest)
  if (route === undefined) return obstacleAnswer(visit, 'page_not_found')
  const { methods } = route
  if (!methods.some((method) => method === request.method)) return methodNotAllowed(methods)
  return route.answer(visit, name)
}

function accountRoute([word = '', name = '', more]: readonly string[]): [
  Route | undefined,
  string,
] {
  const isKnown = Object.hasOwn(ACCOUNT_ROUTES, word) && more === undefined
  const isNamed = NAMED.has(word) === (name !== '')
  return [isKnown && isNamed ? ACCOUNT_ROUTES[word] : undefined, name]
}

function connectRoute([name = '', word = '', more]: readonly string[]): [
  Route | undefined,
  string,
] {
  const isKnown = Object.hasOwn(CONNECT_ROUTES, word) && more === undefined && name !== ''
  return [isKnown ? CONNECT_ROUTES[word] : undefined, name]
}

function forUser(answer: (visit: UserVisit) => Promise<PageAnswer>): Route['answer'] {
  return async (visit) => {
    const session = await visit.parts.sessions.find(visit.request.cookieHeader)
    return session === undefined ? signInNeeded(visit) : answer({ ...visit, session })
  }
}

function removing(kind: string): Route {
  return {
    methods: SHOWN_AND_SENT,
    answer: (visit, name) => forUser((userVisit) => remove(userVisit, kind, name))(visit, name),
  }
}
