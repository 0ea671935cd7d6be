import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AsymmetricSigningAlgorithm, JWK, default as Provider } from 'oidc-provider'
import type { RingKey } from '../../keys/index.ts'
import { type ClientLimitSettings, countFailures } from '../limits/index.ts'
import type { Settings } from '../options/index.ts'
import { correctAnswers } from './answers.ts'
import {
  createProviderConfiguration,
  type ProviderModule,
  type ProviderParts,
} from './provider-configuration.ts'
import { reportRequests } from './report-requests.ts'

/** Gives the `oidc-provider` that works with the keys of now. */
export interface ProviderSource {
  current(): Promise<Provider>
  /** Lets it answer a request. */
  handle(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void>
}

type SharedParts = Omit<ProviderParts, 'signingKeys' | 'signingKey' | 'cookieKeys'> &
  Pick<ClientLimitSettings, 'facts' | 'limits'>

/**
 * Builds `oidc-provider`, and builds it again when a ring has changed: it takes its keys only when
 * it is made. All state is in storage, so that nobody notices; requests that are being handled go
 * on with the one they began with.
 */
export function createProviderSource(
  settings: Settings,
  module: ProviderModule & { readonly default: typeof Provider },
  parts: SharedParts,
): ProviderSource {
  const { issuer, keys } = settings
  let built: { readonly name: string; readonly provider: Provider } | undefined

  const callbacks = new WeakMap<Provider, ReturnType<Provider['callback']>>()

  return {
    async handle(provider, req, res) {
      const callback = callbacks.get(provider) ?? provider.callback()
      callbacks.set(provider, callback)
      await callback(req, res)
    },
    async current() {
      const [signing, cookies] = await Promise.all([keys.signing.all(), keys.cookies.all()])
      const name = [...signing, ...cookies].map(({ kid, status }) => `${kid} ${status}`).join('\n')
      if (built?.name === name) return built.provider
      const provider = parts.tokens.createProvider(
        module.default,
        issuer,
        createProviderConfiguration(settings, module, {
          ...parts,
          signingKey: {
            alg: (signing[0]?.alg ?? 'ES256') as AsymmetricSigningAlgorithm,
            kid: signing[0]?.kid ?? '',
          },
          signingKeys: signing.map((key) => key.reveal() as JWK),
          cookieKeys: cookies.map(secretOf),
        }),
        parts.extensions,
      )
      // Protocol and host are those of the issuer, which the listener puts where a proxy would.
      provider.proxy = true
      correctAnswers(provider, settings, parts.extensions)
      parts.clients.attach(provider)
      countFailures(provider, parts)
      reportRequests(provider, settings, parts.facts)
      built = { name, provider }
      return provider
    },
  }
}

function secretOf(key: RingKey): string {
  return String(key.reveal().k)
}
