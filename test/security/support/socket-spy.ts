import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'

/** Counts the client sockets that this process opens, until the test is done. */
export function spyOnSockets(): { readonly opened: number } {
  const spy = { opened: 0 }
  const count = (): void => {
    spy.opened += 1
  }
  subscribe('net.client.socket', count)
  onTestFinished(() => {
    unsubscribe('net.client.socket', count)
  })
  return spy
}
