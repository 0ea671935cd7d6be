import { styleText } from 'node:util'
import { describeExchange } from './describe-exchange.ts'
import type { Exchange } from './recorder.ts'

type Style = Parameters<typeof styleText>[0]

const ACTOR_WIDTH = 9
const SENT_WIDTH = 53
/** A narrower terminal gets the answer on a line of its own. */
const ONE_LINE_WIDTH = 120
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

/** One exchange as one line: who sent what to where, the status, and what came back. */
export function printExchange(exchange: Exchange): void {
  const { actor, method, url, status } = exchange
  const { sent, received } = describeExchange(exchange)
  const path = url.pathname.replace(/^\/interaction\/.*/, '/interaction')
  const request = `${method.padEnd(4)} ${path}`
  const columns = stdout.columns ?? Infinity
  const [between, indent] =
    columns < ONE_LINE_WIDTH
      ? [`\n${' '.repeat(ACTOR_WIDTH + 2)}`, ACTOR_WIDTH + 2]
      : [
          ' '.repeat(Math.max(SENT_WIDTH - request.length - 2 - sent.length, 1)),
          ACTOR_WIDTH + SENT_WIDTH + 2,
        ]
  print(
    [
      `  ${paint('dim', actor.padEnd(ACTOR_WIDTH))}${request}  ${paint('dim', sent)}${between}`,
      `${paint('dim', '→')} ${paint(statusStyle(status), String(status))}  `,
      shorten(received, columns - indent - '→ 200  '.length),
    ].join(''),
  )
}

function statusStyle(status: number): Style {
  if (status < 300) return 'green'
  return status < 400 ? 'cyan' : 'yellow'
}

function shorten(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 0))}…`
}
