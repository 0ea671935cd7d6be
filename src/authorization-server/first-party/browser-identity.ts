import { randomBytes } from 'node:crypto'
import {
  type BrowserIdentity,
  type BrowserUser,
  checkAuthorizationResponse,
  refuse,
  succeed,
  type UserAccounts,
} from '../../oauth-client/index.ts'
import { buildPrincipal } from '../../principal/index.ts'
import { isRevoked, type RevocableCaller, type Revocations } from '../../revocation/index.ts'
import type { ApprovalsByAccount } from '../approvals-by-account.ts'
import { displayName } from '../interaction/display-name.ts'
import type { Settings } from '../options/index.ts'
import type { SignOut } from '../sign-out.ts'
import type { UserRecord, UserRecords } from '../users.ts'
import type { FirstPartySignIns } from './first-party-sign-ins.ts'

export interface BrowserIdentityParts {
  readonly settings: Settings
  readonly users: Pick<UserRecords, 'find'>
  readonly firstParty: FirstPartySignIns
  readonly approvals: ApprovalsByAccount
  readonly signOut: SignOut
  readonly revocations: Revocations
}

/**
 * Creates the sign-in of pages of this process, where users are who our tokens say they are. It is
 * no client: nobody else can ask for it, nothing is allowed by it, and what comes back is known to
 * this process alone.
 */
export function createBrowserIdentity(
  parts: BrowserIdentityParts,
): Required<Omit<BrowserIdentity, 'upstreamToken'>> {
  const { settings, users, firstParty, revocations } = parts
  const { issuer, issuerUrl, mountPath } = settings
  return {
    issuer,
    async startSignIn({ redirectUri, isForced = false }) {
      const state = randomBytes(32).toString('base64url')
      const uid = await firstParty.begin({ redirectUri, state, isForced })
      const url = `${issuerUrl.origin}${mountPath}/interaction/${uid}`
      const scopes: readonly string[] = []
      const unused = { nonce: undefined, codeVerifier: undefined, scopes }
      return succeed({ url, attempt: { issuer, redirectUri, state, ...unused } })
    },
    async finishSignIn({ parameters, attempt }) {
      const checked = checkAuthorizationResponse(parameters, attempt, { issuer, isSent: true })
      if (!checked.ok) return checked
      const signedIn = await firstParty.redeem(checked.value)
      const isSame =
        signedIn?.state === attempt.state && signedIn.redirectUri === attempt.redirectUri
      const user = isSame ? await users.find(signedIn.accountId) : undefined
      if (signedIn === undefined || user === undefined) return refuse('grant')
      const { accountId, at } = signedIn
      // Whoever was signed out since then: what begins now would be newer than that.
      const isOut = await isRevoked(revocations, callerOf(issuer, accountId), { iat: at })
      if (isOut) return { ok: false, failure: { kind: 'denied' } }
      return succeed(describeUser(issuer, accountId, user))
    },
    accounts: createUserAccounts(parts),
  }
}

/** Who it is, as a resource server reads our tokens. */
function describeUser(issuer: string, accountId: string, user: UserRecord): BrowserUser {
  const claims = { ...user.claims, sub: accountId }
  const principal = buildPrincipal(issuer, claims, {}, claims)
  return { issuer, subject: accountId, tenant: principal?.tenant, name: displayName(user) }
}

/** The user, whatever client acts for them. */
function callerOf(issuer: string, subject: string): RevocableCaller {
  return { issuer, subject, clientId: undefined }
}

function createUserAccounts(parts: BrowserIdentityParts): UserAccounts {
  const { settings, approvals, revocations } = parts
  const { issuer, scopeMeanings } = settings
  const accountOf = (user: BrowserUser): string | undefined =>
    user.issuer === issuer ? user.subject : undefined
  return {
    async listApprovals(user) {
      const list = await approvals.list(accountOf(user))
      return list.map(({ id, clientId, clientName, redirectUri, scopes, approvedAt }) => ({
        id,
        clientId,
        clientName,
        redirectUri,
        scopes: scopes.map((name) => ({ name, text: scopeMeanings.textOf(name) })),
        approvedAt,
      }))
    },
    revokeApproval: (user, id) => approvals.revoke(accountOf(user), id),
    async signOut({ subject }) {
      await parts.signOut({ issuer, subject })
    },
    async isSignedOut({ subject }, since) {
      return isRevoked(revocations, callerOf(issuer, subject), { iat: since })
    },
  }
}
