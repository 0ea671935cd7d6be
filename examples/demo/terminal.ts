import { styleText } from 'node:util'
import { describeExchange } from './describe-exchange.ts'
import { type Places, placeOf } from './places.ts'
import type { OnExchange } from './recorder.ts'

type Style = Parameters<typeof styleText>[0]

const ROUTE_WIDTH = 17
const SENT_WIDTH = 60
/** A narrower terminal gets the answer on a line of its own. */
const ONE_LINE_WIDTH = 120
const GUID = /\/[0-9a-f]{8}-[0-9a-f-]{27}/
const { stdout } = process

/** Colours on a terminal only; `NO_COLOR` and `FORCE_COLOR` have their say. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: stdout })
}

export function print(line = ''): void {
  stdout.write(`${line}\n`)
}

export function printHeading(text: string): void {
  print(`\n  ${paint('bold', text)}\n`)
}

/** Prints an exchange as one line: who sent what to where, the status, and what came back. */
export function createExchangePrinter(places: Places): OnExchange {
  return (exchange) => {
    const { actor, method, url, status } = exchange
    const { sent, received } = describeExchange(exchange, places)
    const route = `${actor.padEnd(7)} → ${placeOf(places, url) ?? url.host}`.padEnd(ROUTE_WIDTH)
    const request = `${method.padEnd(4)} ${shortenPath(url)}`
    const columns = stdout.columns || Infinity
    const [between, indent] =
      columns < ONE_LINE_WIDTH
        ? [`\n${' '.repeat(ROUTE_WIDTH + 2)}`, ROUTE_WIDTH + 2]
        : [
            ' '.repeat(Math.max(SENT_WIDTH - request.length - 2 - sent.length, 1)),
            ROUTE_WIDTH + SENT_WIDTH + 2,
          ]
    print(
      [
        `  ${paint('dim', route)}${request}  ${paint('dim', sent)}${between}`,
        `${paint('dim', '→')} ${paint(statusStyle(status), String(status))}  `,
        shorten(received, columns - indent - '→ 200  '.length),
      ].join(''),
    )
  }
}

/** Without identifiers, which say nothing to a reader. */
function shortenPath({ pathname }: URL): string {
  return pathname.replace(/^\/interaction\/[^/]+/, '/interaction').replace(GUID, '/…')
}

function statusStyle(status: number): Style {
  if (status < 300) return 'green'
  return status < 400 ? 'cyan' : 'yellow'
}

function shorten(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 0))}…`
}
