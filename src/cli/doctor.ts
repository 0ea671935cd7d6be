import { parseResourceIdentifier } from '../oauth/index.ts'
import { UsageError } from './cli-errors.ts'
import type { Command, GivenOptions } from './command.ts'
import { hostKey } from './doctor/ask.ts'
import { examine, type Visit } from './doctor/examine.ts'
import { report } from './doctor/report.ts'

const DEFAULT_SIGN_IN_SECONDS = 300
const MAX_PORT = 65_535

export const doctor: Command = {
  name: 'doctor',
  summary: 'Say what is wrong with a running MCP server, and which clients will work',
  argument: { name: 'url', help: 'Its MCP endpoint, as clients are given it' },
  options: [
    { name: 'active', help: 'Register a client, too, and send requests that have to be refused' },
    { name: 'sign-in', help: 'Sign in, too, in your browser, and use the token' },
    { name: 'hosts', value: '<names>', help: 'Further hosts that may be sent all of this: a,b' },
    { name: 'client-id', value: '<id>', help: 'A client that you have registered, without secret' },
    { name: 'port', value: '<number>', help: 'Of the redirect URI http://127.0.0.1/callback' },
    { name: 'scope', value: '<scopes>', help: 'What to sign in for, instead of what is asked for' },
    { name: 'call', value: '<tool>', help: 'A tool that the token is not enough for, to call' },
    { name: 'wait', value: '<seconds>', help: 'How long to wait for the token to expire' },
    { name: 'no-open', help: 'Print the URL to sign in at, and open no browser' },
  ],
  details: [
    'Without --active and --sign-in it sends what every client does before it has a token.',
    'Hosts that only the documents of the server name are asked with GET by https alone, and at',
    'public addresses. --sign-in registers a client unless --client-id names one.',
    'Exit code 1: there is a fault.',
  ],
  async run(options, io) {
    return report(await examine(readVisit(options), io), io)
  },
}

function readVisit(options: GivenOptions): Visit {
  const written = options.required('url')
  const url = parseResourceIdentifier(written)?.url
  if (url === undefined) {
    throw new UsageError('<url> is an absolute http or https URL without a fragment.')
  }
  const further = (options.value('hosts') ?? '').split(',').filter((name) => name !== '')
  return {
    url,
    written,
    hosts: new Set([url.hostname, ...further.map(readHost)].map(hostKey)),
    isActive: options.isSet('active'),
    isSigningIn: options.isSet('sign-in'),
    clientId: options.value('client-id'),
    port: readNumber(options, 'port', MAX_PORT) ?? 0,
    scope: options.value('scope'),
    tool: options.value('call'),
    waitSeconds: readNumber(options, 'wait', 86_400) ?? 0,
    opensBrowser: !options.isSet('no-open'),
    timeoutSeconds: DEFAULT_SIGN_IN_SECONDS,
  }
}

function readHost(name: string): string {
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : undefined
  if (url !== undefined && url.hostname === name.toLowerCase()) return url.hostname
  throw new UsageError('--hosts is a list of host names without ports, such as id.example.com.')
}

function readNumber(options: GivenOptions, name: string, max: number): number | undefined {
  const value = options.value(name)
  if (value === undefined) return undefined
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  if (number <= max) return number
  throw new UsageError(`--${name} is a whole number from 0 to ${max}.`)
}
