import type { IncomingMessage, ServerResponse } from 'node:http'
import { StorageError, UpstreamError } from '../../errors/index.ts'
import { createAttempts } from '../../oauth-client/index.ts'
import {
  type Brand,
  createPages,
  type Html,
  type PageTexts,
  renderGuide,
} from '../../pages/index.ts'
import { randomId } from '../../runtime/index.ts'
import type { ConnectionsCore } from '../connections.ts'
import { pageAnswer } from './answers.ts'
import { fromNode, sendNode } from './node-page.ts'
import type { PageAnswer, PageRequest } from './page-request.ts'
import { createPageSessions } from './page-sessions.ts'
import { createPagePaths } from './paths.ts'
import { answerPage, isPagePath } from './routes.ts'
import { createSessionCookie } from './session-cookie.ts'
import type { BrowserParts, PageSignIn } from './visit.ts'
import { fromWeb, toWeb } from './web-page.ts'

/** How the pages look. */
export interface ConnectionPagesOptions {
  readonly brand: Brand
  readonly texts?: Partial<PageTexts> | undefined
}

/** The pages of users: `<baseUrl>/connect/…` and `<baseUrl>/account`. */
export interface ConnectionPages {
  /**
   * For node:http, Express, and whatever gives `IncomingMessage` and `ServerResponse`. Requests that
   * are not for these pages go to `next`; without one they are answered 404.
   */
  readonly handler: (
    req: IncomingMessage,
    res: ServerResponse,
    next?: (error?: unknown) => void,
  ) => Promise<void>
  /** The same for web-standard servers; what is not for these pages is answered 404. */
  readonly fetch: (request: Request) => Promise<Response>
}

const SIGN_IN_SECONDS = 600

/**
 * Creates the pages where users connect services and see what they have connected.
 *
 * Nothing is read from `Host` or forwarded fields: `baseUrl` is where they are. GET and HEAD begin
 * and end nothing, except for callbacks, which are good for one browser, once.
 *
 * @throws {ConfigError} for a brand or texts that cannot be shown, and `ERR_CONFIG_PEER_MISSING`
 *   where a guide needs `markdown-it` and `sanitize-html`
 */
export async function createConnectionPages(
  core: ConnectionsCore,
  options: ConnectionPagesOptions,
): Promise<ConnectionPages> {
  const parts = await createParts(core, options)
  const answer = async (request: PageRequest): Promise<PageAnswer> => {
    const correlationId = randomId()
    try {
      return await answerPage({ parts, request, correlationId })
    } catch (error) {
      return faultAnswer(parts, correlationId, error)
    }
  }
  return {
    async handler(req, res, next) {
      const request = fromNode(req)
      if (isPagePath(parts.paths, request.path)) {
        sendNode(res, request.method, await answer(request))
      } else if (next === undefined) {
        res.writeHead(404).end()
      } else {
        next()
      }
    },
    async fetch(webRequest) {
      const request = fromWeb(webRequest)
      if (!isPagePath(parts.paths, request.path)) return new Response(null, { status: 404 })
      return toWeb(request.method, await answer(request))
    },
  }
}

async function createParts(
  core: ConnectionsCore,
  options: ConnectionPagesOptions,
): Promise<BrowserParts> {
  const { baseUrl, storage, clock, identity, isSecure, services } = core.settings
  const tenant = baseUrl.href
  const guides = new Map<string, Html>()
  for (const service of services.values()) {
    if (service.kind === 'secret' && service.guide !== undefined) {
      guides.set(service.name, await renderGuide(service.guide))
    }
  }
  return {
    core,
    pages: await createPages(options),
    paths: createPagePaths(baseUrl),
    guides,
    sessions: createPageSessions({
      storage,
      tenant,
      cookie: createSessionCookie(baseUrl),
      accounts: identity.accounts,
      clock,
    }),
    signIns: createAttempts<PageSignIn>({
      storage,
      kind: 'page-sign-in',
      subject: 'Page sign-in',
      tenant,
      cookiePrefix: 'account-sign-in',
      isSecure,
      clock,
      ttlSeconds: SIGN_IN_SECONDS,
      isContent: ({ returnTo }) => typeof returnTo === 'string',
    }),
  }
}

/** Something that is needed failed. */
function faultAnswer(
  { core, pages }: BrowserParts,
  correlationId: string,
  error: unknown,
): PageAnswer {
  const { emit, clock } = core.settings
  const cause = error instanceof Error ? error : new Error(String(error))
  emit({ type: 'connections.error', correlationId, at: clock.now(), error: cause })
  const isKnown = error instanceof StorageError || error instanceof UpstreamError
  const isPassing = isKnown && error.retryable
  const page = pages.error({
    status: isPassing ? 503 : 500,
    cause: 'This server cannot answer at the moment.',
    remedy: 'Try again in a minute. If it happens again, tell whoever runs this server.',
    correlationId,
    ...(isPassing && { retryAfterSeconds: 5 }),
  })
  return pageAnswer(page)
}
