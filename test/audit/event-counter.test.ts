import type { AuditEvent } from 'mcp-gatehouse'
import { createEventCounter } from 'mcp-gatehouse/audit'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'

const connected = (service: string, subject: string): AuditEvent => ({
  type: 'connection.connected',
  at: 1,
  issuer: 'https://id.example.com',
  subject,
  tenant: undefined,
  clientId: 'https://client.example.com',
  service,
})

describe('events are counted', () => {
  test('by type and service, and by nothing that comes from outside', async () => {
    const counter = await createEventCounter()
    counter.write({ type: 'config.warning', at: 1, message: 'a' })
    for (const subject of ['alice', 'bob']) counter.write(connected('github', subject))
    counter.write(connected('jira', 'alice'))
    const { contentType, text } = await counter.read()
    expect(contentType).toMatch(/^text\/plain/)
    expect(text.split('\n').filter((line) => line.startsWith('gatehouse'))).toEqual([
      'gatehouse_events_total{event="config.warning",service=""} 1',
      'gatehouse_events_total{event="connection.connected",service="github"} 2',
      'gatehouse_events_total{event="connection.connected",service="jira"} 1',
    ])
    expect(text).not.toMatch(/alice|bob|example/)
  })

  test('in the registry of the application, where that is given', async () => {
    const registry = new Registry()
    const counter = await createEventCounter({ registry })
    counter.write({ type: 'config.warning', at: 1, message: 'a' })
    expect(await registry.metrics()).toContain('gatehouse_events_total{event="config.warning"')
  })

  test('something else in its place is refused', async () => {
    await expect(createEventCounter({ registry: {} as Registry })).rejects.toMatchObject({
      code: 'ERR_CONFIG_OPTION_TYPE',
    })
  })
})
