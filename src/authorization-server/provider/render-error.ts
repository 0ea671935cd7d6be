import type { Configuration } from 'oidc-provider'
import { PRIVATE_HEADERS } from '../../browser/index.ts'
import { type Pages, plainText } from '../../pages/index.ts'
import { PAGE_ROUTES } from '../http/routes.ts'
import { isOutage } from './answers.ts'

type RenderError = NonNullable<Configuration['renderError']>

interface Explanation {
  readonly cause: string
  readonly remedy: string
}

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  InvalidClient: {
    cause: 'This server does not know the application, or does not know it any more.',
    remedy:
      'Remove the connection in your application and connect again, so that it registers anew.',
  },
  InvalidRedirectUri: {
    cause: 'The application wants the answer at an address that it has not registered.',
    remedy:
      'Remove the connection in your application and connect again, so that it registers anew.',
  },
  SessionNotFound: {
    cause: 'This sign-in has ended, or was started in another browser.',
    remedy: 'Go back to your application and connect again.',
  },
}

const MAX_CAUSE_LENGTH = 300

/**
 * Shows errors that cannot go back to the client: nothing proves that the redirect URI is its own
 * (RFC 6749 §4.1.2.1).
 *
 * @param correlationIdOf Of the request that `oidc-provider` is handling.
 */
export function createRenderError(
  pages: Pages,
  correlationIdOf: (req: object) => string,
): RenderError {
  return (ctx, out, error) => {
    if (!PAGE_ROUTES.has(ctx.oidc.route)) {
      ctx.body = out
      return
    }
    const page = pages.error({
      status: isOutage(error) ? 503 : ctx.status,
      ...explain(out, error),
      correlationId: correlationIdOf(ctx.req),
    })
    ctx.status = page.status
    ctx.set({ ...PRIVATE_HEADERS, ...page.headers })
    ctx.body = page.html
  }
}

function explain(
  out: { readonly error: string; readonly error_description?: string | undefined },
  error: Error,
): Explanation {
  const known = EXPLANATIONS[error.name]
  if (known !== undefined) return known
  if (out.error === 'server_error') {
    return {
      cause: 'This server cannot answer at the moment.',
      remedy: 'Try again in a minute. If it happens again, tell whoever runs this server.',
    }
  }
  // May quote what the client has sent.
  const cause = plainText(out.error_description ?? out.error, MAX_CAUSE_LENGTH)
  return {
    cause: `The application sent a request that cannot be answered: ${cause}.`,
    remedy: 'Go back to your application and connect again, or tell its makers.',
  }
}
