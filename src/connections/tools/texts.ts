import type { NeededConnection } from '../connection-required.ts'

/** What the user reads before opening a link: which service, what for, and no address. */
export function askText(need: NeededConnection, purpose: string | undefined): string {
  const wish = purpose === undefined ? '' : ` (${purpose})`
  return `${STATE_TEXTS[need.reason](need.title)}${wish}. Open the page, sign in as yourself, and connect it.`
}

/** What the user or the model reads where the client cannot open links for its user. */
export function openYourselfText(needs: readonly NeededConnection[]): string {
  const lines = needs.map(
    ({ reason, title, url }) => `${STATE_TEXTS[reason](title)}. To connect it, open ${url}`,
  )
  return `${lines.join('\n')}\nOpen it in a browser and sign in as yourself. Then try again.`
}

const STATE_TEXTS: Readonly<Record<NeededConnection['reason'], (title: string) => string>> = {
  missing: (title) => `${title} is not connected yet`,
  ended: (title) => `The connection to ${title} has ended`,
  permissions: (title) => `The connection to ${title} needs more permissions`,
}

/** The user has said no, to the client or on the page. */
export function declinedText(titles: readonly string[]): string {
  return `${list(titles)} was not connected: the user declined. Ask the user before trying again.`
}

/** Nobody has finished in time. */
export function unfinishedText(titles: readonly string[]): string {
  return `${list(titles)} was not connected in time. Try again when the user is ready to connect it.`
}

/** The service has ended what was connected a moment ago. */
export function endedAgainText(titles: readonly string[]): string {
  return `${list(titles)} was connected, and refuses the new connection. Trying again will not help now: whoever runs this server can see why.`
}

export const INVALID_STATE_TEXT = 'Invalid or expired requestState'

function list(titles: readonly string[]): string {
  return titles.join(', ')
}
