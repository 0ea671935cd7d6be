import type { ErrorCodeEntry } from './code-entry.ts'

/** The codes of a `ConfigError` about the gateway's own options. */
export type GatewayErrorCode =
  | 'ERR_CONFIG_GATEWAY_COMMAND'
  | 'ERR_CONFIG_GATEWAY_KEYS'
  | 'ERR_CONFIG_GATEWAY_ROUTE'
  | 'ERR_CONFIG_GATEWAY_UPSTREAM'
  | 'ERR_CONFIG_GATEWAY_URL'

export const GATEWAY_ERROR_CODES: Readonly<Record<GatewayErrorCode, ErrorCodeEntry>> = {
  ERR_CONFIG_GATEWAY_COMMAND: {
    cause:
      'The command is no program with arguments and variables, or its route has an option that is about HTTP.',
    remedy:
      'Write program and arguments apart, such as command `npx` and args `-y`, `server-notes`; what its processes need goes into `env`.',
  },
  ERR_CONFIG_GATEWAY_KEYS: {
    cause: 'A route asserts to its upstream who calls, and there is no key to sign with.',
    remedy:
      "Give `keys`, a key ring of the use `signing`; or set `identity: 'none'` where the upstream is to know nobody.",
  },
  ERR_CONFIG_GATEWAY_ROUTE: {
    cause:
      'The path is no canonical one (RFC 3986 §6.2.2), is reserved, or stands there twice; there has to be at least one route.',
    remedy:
      'Write it as clients send it, such as /notes/mcp: letters, digits, `-`, `.`, `_`, `~` and `/`.',
  },
  ERR_CONFIG_GATEWAY_UPSTREAM: {
    cause: 'The upstream is not an http or https URL without user information, query and fragment.',
    remedy: 'Write the URL of the MCP endpoint itself, such as http://notes.internal:8000/mcp.',
  },
  ERR_CONFIG_GATEWAY_URL: {
    cause:
      'The public URL is not an origin: scheme, host and port, and nothing else (RFC 6454 §4).',
    remedy: 'Write it as https://mcp.example.com; each route has its path.',
  },
}
