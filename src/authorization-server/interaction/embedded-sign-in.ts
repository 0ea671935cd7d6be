import { hash, timingSafeEqual } from 'node:crypto'
import { sendPage, sendRedirect } from '../../browser/index.ts'
import { readForm } from '../../http/index.ts'
import type { EmbeddedUser } from '../options/index.ts'
import { sendErrorPage, sendMethodNotAllowed } from './error-page.ts'
import type { SignInExchange, SignInMethod } from './exchange.ts'

/** Stands where an upstream's issuer identifier would. */
export const EMBEDDED_ISSUER = 'urn:mcp-gatehouse:embedded-users'
const STEP = 'sign-in'

/**
 * Signs in the users of the configuration, with a page of our own. It is for development: passwords
 * are in the clear, and attempts are not limited.
 */
export function createEmbeddedSignIn(users: readonly EmbeddedUser[]): SignInMethod {
  return {
    destination: () => ({
      host: undefined,
      isChosenLater: false,
      scopes: [],
      onlyUsersOf: undefined,
    }),
    start: async ({ res, basePath }) => sendRedirect(res, `${basePath}/${STEP}`),
    async handle(exchange, step) {
      if (step !== STEP) return false
      const { parts, req, interaction } = exchange
      const { approval } = await parts.steps.read(interaction.uid)
      if (req.method !== 'GET' && req.method !== 'POST') {
        sendMethodNotAllowed(exchange, ['GET', 'POST'])
      } else if (approval === undefined) {
        sendErrorPage(exchange, 'not_allowed_yet')
      } else if (req.method === 'GET') {
        await showForm(exchange, exchange.request.loginHint ?? '', false)
      } else {
        await answerForm(exchange, users)
      }
      return true
    },
  }
}

async function showForm(
  exchange: SignInExchange,
  username: string,
  hasFailed: boolean,
): Promise<void> {
  const { parts, res, interaction, request, basePath } = exchange
  const { uid } = interaction
  const { attempt } = await parts.steps.read(uid)
  const page = parts.pages.signIn({
    action: `${basePath}/${STEP}`,
    csrfToken: await parts.forms.issue({ uid, attempt, documentHash: request.documentHash }),
    username,
    hasFailed,
  })
  sendPage(res, page)
}

async function answerForm(exchange: SignInExchange, users: readonly EmbeddedUser[]): Promise<void> {
  const { parts, req, res, interaction, basePath } = exchange
  const form = await readForm(req)
  const token = await parts.forms.open(form?.get('csrf_token') ?? '', interaction.uid)
  if (form === undefined || token === undefined) {
    sendErrorPage(exchange, 'form_forged')
    return
  }
  const username = form.get('username') ?? ''
  const user = findUser(users, username, form.get('password') ?? '')
  if (user === undefined) {
    await showForm(exchange, username, true)
    return
  }
  const accountId = await parts.users.save({
    issuer: EMBEDDED_ISSUER,
    subject: user.username,
    claims: { preferred_username: user.username, ...user.claims },
  })
  await parts.steps.signIn(interaction.uid, accountId)
  sendRedirect(res, `${basePath}/signed-in`)
}

function findUser(
  users: readonly EmbeddedUser[],
  username: string,
  password: string,
): EmbeddedUser | undefined {
  return users.find(
    (user) => isSameText(user.username, username) && isSameText(user.password, password),
  )
}

/** Compares without telling by its duration how much is alike. */
function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
