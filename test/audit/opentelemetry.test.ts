import { AsyncLocalStorage } from 'node:async_hooks'
import { PassThrough } from 'node:stream'
import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { type AuditEvent, createResourceServer, UpstreamError } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { createTelemetry, type TelemetryOptions } from 'mcp-gatehouse/opentelemetry'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'
const RESOURCE = 'https://mcp.example.com/mcp'

beforeAll(() => {
  const active = new AsyncLocalStorage<Context>()
  context.setGlobalContextManager({
    active: () => active.getStore() ?? ROOT_CONTEXT,
    with: (ctx, run, self, ...args) => active.run(ctx, () => run.apply(self, args)),
    bind: (_context, target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  })
})
afterAll(() => context.disable())

/** A sink, and what two exporters get of it. */
function observe(options: TelemetryOptions = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter })
  const meters = new MeterProvider({ readers: [reader] })
  const spans = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  onTestFinished(async () => {
    await meters.shutdown()
    await tracers.shutdown()
  })
  const telemetry = createTelemetry({ meter: meters.getMeter('test'), ...options })
  return {
    write: telemetry.write,
    /** The numbers with their attributes. */
    counted: async () => {
      await meters.forceFlush()
      const [metric, ...others] = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? []
      expect(others).toEqual([])
      expect(metric?.descriptor).toMatchObject({ name: 'gatehouse.events', unit: '{event}' })
      return (metric?.dataPoints ?? []).map(({ attributes, value }) => [value, attributes])
    },
    /** The events of the span that `run` is in. */
    traced: async (run: () => unknown) => {
      const span = tracers.getTracer('test').startSpan('POST /mcp')
      await context.with(trace.setSpan(context.active(), span), async () => run())
      span.end()
      const finished = spans.getFinishedSpans().at(-1)
      expect(finished?.attributes).toEqual({})
      return finished?.events.map(({ name, attributes }) => [name, attributes]) ?? []
    },
  }
}

const request = {
  correlationId: 'r1',
  at: 1,
  resource: RESOURCE,
  method: 'POST',
  path: '/mcp',
  address: '203.0.113.7',
}
const caller = {
  issuer: 'https://id.example.com',
  subject: 'alice',
  clientId: 'https://client.example.com',
  tenant: 'acme',
}
const allowed = (...operations: readonly { method: string; name: string }[]): AuditEvent => ({
  type: 'auth.allow',
  ...request,
  ...caller,
  operations,
})

test('a call that lacks a scope is counted, and in the span of its request', async () => {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const { write, counted, traced } = observe({ key: KEY })
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    policy: { tools: { delete_note: 'notes:delete' } },
    onEvent: write,
    correlationId: () => 'r1',
  })
  const token = await issuer.mint({ aud: RESOURCE, client_id: 'vscode', scope: 'notes:read' })
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'delete_note', arguments: { id: 'canary' } },
  })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const events = await traced(() =>
    gatehouse.protect(() => new Response())(
      new Request(RESOURCE, { method: 'POST', headers, body }),
    ),
  )
  const attributes = {
    'gatehouse.event': 'auth.deny',
    'error.type': 'scope',
    'http.request.method': 'POST',
    'http.response.status_code': 403,
    'mcp.method.name': 'tools/call',
  }
  expect(await counted()).toEqual([[1, attributes]])
  expect(events).toEqual([
    [
      'gatehouse.auth.deny',
      {
        ...attributes,
        'enduser.pseudo.id': expect.stringMatching(/^[\w-]{22}$/),
        'gen_ai.tool.name': 'delete_note',
        'gatehouse.reason': 'scope',
        'gatehouse.request_id': 'r1',
        'gatehouse.issuer': issuer.issuer,
        'gatehouse.client_id': 'vscode',
        'gatehouse.resource': RESOURCE,
        'gatehouse.scopes': expect.arrayContaining(['notes:delete']),
      },
    ],
  ])
  expect(JSON.stringify(events)).not.toMatch(new RegExp(`canary|${token}`))
})

describe('the metric', () => {
  test('has one number however many users, clients and tools there are', async () => {
    const { write, counted } = observe({ key: KEY })
    for (const name of ['a', 'b', 'c']) {
      const event = allowed({ method: 'tools/call', name })
      write({ ...event, subject: name, clientId: name, tenant: name, correlationId: name } as never)
    }
    expect(await counted()).toEqual([
      [
        3,
        {
          'gatehouse.event': 'auth.allow',
          'http.request.method': 'POST',
          'mcp.method.name': 'tools/call',
        },
      ],
    ])
  })

  test('names no method that a client has made up', async () => {
    const { write, counted } = observe()
    for (const made of ['x/1', 'x/2']) {
      write({ ...allowed({ method: made, name: made }), method: made } as AuditEvent)
    }
    write(allowed({ method: 'tools/list', name: 'tools/list' }))
    const [[other, made] = [], [one, listed] = []] = await counted()
    expect([other, made]).toMatchObject([
      2,
      { 'http.request.method': '_OTHER', 'mcp.method.name': '_OTHER' },
    ])
    expect([one, listed]).toMatchObject([1, { 'mcp.method.name': 'tools/list' }])
  })

  test('has the method of a batch where it is one', async () => {
    const { write, counted } = observe()
    const call = (name: string) => ({ method: 'tools/call', name })
    write(allowed(call('a'), call('b')))
    write(allowed(call('a'), { method: 'ping', name: 'ping' }))
    const methods = (await counted()).map(([, attributes]) => attributes)
    expect(methods.map((attributes) => Object(attributes)['mcp.method.name'])).toEqual([
      'tools/call',
      undefined,
    ])
  })

  test('has own codes as the type of an error, and no words of others', async () => {
    const { write, counted } = observe()
    const facts = { at: 1, issuer: 'https://id.example.com' }
    const down = new UpstreamError('ERR_UPSTREAM_UNREACHABLE', 'https://id.example.com', {
      retryable: true,
    })
    write({ type: 'dep.unavailable', ...request, error: down })
    write({ type: 'policy.error', ...request, status: 500, error: new TypeError('canary') })
    write({
      type: 'sign_in.failed',
      ...facts,
      correlationId: 'r1',
      upstream: 'corporate',
      reason: 'canary',
    })
    const types = (await counted()).map(([, attributes]) => Object(attributes)['error.type'])
    expect(types).toEqual(['ERR_UPSTREAM_UNREACHABLE', '_OTHER', '_OTHER'])
  })

  test('tells connections by their service', async () => {
    const { write, counted } = observe()
    write({ type: 'connection.connected', at: 1, ...caller, service: 'github' })
    expect(await counted()).toEqual([
      [1, { 'gatehouse.event': 'connection.connected', 'gatehouse.service': 'github' }],
    ])
  })
})

describe('a span', () => {
  test('SEC-376 has the pseudonym of the audit log, and without a key none', async () => {
    const stream = new PassThrough()
    const audit = await createAuditLog({ key: KEY, stream })
    const event = allowed({ method: 'prompts/get', name: 'greet' })
    await audit.write(event)
    await audit.close()
    const [, line = ''] = String(stream.read()).split('\n')
    const { subject } = JSON.parse(line) as { readonly subject: string }

    const named = observe({ key: KEY })
    const [[, attributes] = []] = await named.traced(() => named.write(event))
    expect(attributes).toMatchObject({
      'enduser.pseudo.id': subject,
      'gen_ai.prompt.name': 'greet',
    })
    const unnamed = observe()
    const events = await unnamed.traced(() => unnamed.write(event))
    expect(events).toHaveLength(1)
    expect(JSON.stringify(events)).not.toMatch(/enduser|alice/)
  })

  test('SEC-369 has no token where a client has sent one as a name', async () => {
    const { write, traced } = observe()
    const name = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'
    const events = await traced(() => write(allowed({ method: 'tools/call', name })))
    expect(events).toMatchObject([[expect.anything(), { 'gen_ai.tool.name': '[redacted]' }]])
  })

  test('is not needed: events without one are counted', async () => {
    const { write, counted } = observe()
    write({ type: 'config.warning', at: 1, message: 'canary' })
    expect(await counted()).toEqual([[1, { 'gatehouse.event': 'config.warning' }]])
  })
})

test.each([
  [{ key: 'short' }, 'ERR_CONFIG_SECRET_TOO_SHORT'],
  [{ meter: {} }, 'ERR_CONFIG_OPTION_TYPE'],
])('%j is refused', (options, code) => {
  expect(() => createTelemetry(options as TelemetryOptions)).toThrow(
    expect.objectContaining({ code }) as Error,
  )
})
