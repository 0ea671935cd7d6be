import type { RemovalView } from '../../pages/index.ts'
import { backToAccount } from './account.ts'
import { pageAnswer } from './answers.ts'
import { readCheckedForm } from './checked-form.ts'
import { issueFormToken } from './form-tokens.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import type { UserVisit } from './visit.ts'

/** Something that the user can take away: what to ask, and how it is done. */
interface Removal {
  readonly what: RemovalView['what']
  remove(): Promise<PageAnswer>
}

/** What is removed by each path below the account page: `disconnect/<service>` and others. */
type FindRemoval = (visit: UserVisit, name: string) => Promise<Removal | undefined>

const REMOVALS: Readonly<Record<string, FindRemoval>> = {
  disconnect: async (visit, name) => {
    const { vault } = visit.parts.core
    const { owner } = visit.session
    const present = await vault.find(owner, name)
    if (present === undefined) return undefined
    const account = present.account.name || present.title
    return {
      what: { kind: 'connection', service: present.title, account },
      remove: async () => {
        await vault.disconnect(owner, name)
        return backToAccount(visit)
      },
    }
  },
  withdraw: async (visit, id) => {
    const { accounts } = visit.parts.core.settings.identity
    const { user } = visit.session
    const approvals = (await accounts?.listApprovals(user)) ?? []
    const approval = approvals.find((one) => one.id === id)
    if (approval === undefined) return undefined
    const { clientId, clientName } = approval
    return {
      what: { kind: 'client', client: { id: clientId, name: clientName } },
      remove: async () => {
        await accounts?.revokeApproval(user, id)
        return backToAccount(visit)
      },
    }
  },
  'sign-out-everywhere': async (visit, name) => {
    const { parts, session } = visit
    const { accounts } = parts.core.settings.identity
    if (accounts === undefined || name !== '') return undefined
    return {
      what: { kind: 'sessions' },
      remove: async () => {
        await accounts.signOut(session.user)
        await parts.sessions.endAll(session.owner)
        return pageAnswer(parts.pages.signedOut(), [await parts.sessions.end(session)])
      },
    }
  },
}

/** `/account/<kind>/<name>`: asks, and then takes it away. */
export async function remove(visit: UserVisit, kind: string, name: string): Promise<PageAnswer> {
  const { parts, session, request } = visit
  const find = Object.hasOwn(REMOVALS, kind) ? REMOVALS[kind] : undefined
  const removal = await find?.(visit, name)
  if (removal === undefined) {
    return obstacleAnswer(visit, 'page_not_found', { retryPath: parts.paths.account })
  }
  const purpose = `remove ${kind} ${name}`
  if (request.method === 'POST') {
    const checked = await readCheckedForm(visit, purpose)
    if (!checked.ok) return checked.answer
    return checked.form.get('decision') === 'yes' ? removal.remove() : backToAccount(visit)
  }
  const { account } = parts.paths
  const page = parts.pages.removal({
    what: removal.what,
    action: `${account}/${kind}${name === '' ? '' : `/${name}`}`,
    csrfToken: await issueFormToken(session.secret, purpose),
    backPath: account,
  })
  return pageAnswer(page)
}
