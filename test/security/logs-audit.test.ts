import { PassThrough } from 'node:stream'
import type { AuditEvent } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { describe, expect, test } from 'vitest'

const KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'

async function logged(event: AuditEvent): Promise<string> {
  const stream = new PassThrough()
  const audit = await createAuditLog({ key: KEY, stream })
  await audit.write(event)
  await audit.close()
  const [, line = '', ...rest] = String(stream.read()).split('\n')
  expect(rest).toEqual([''])
  return line
}

const failure = (message: string): AuditEvent => ({
  type: 'authorization_server.error',
  at: 1_800_000_000,
  error: new Error(message),
})

describe('SEC-369 a secret in the text of an error', () => {
  const SECRETS: readonly (readonly [what: string, text: string, secret: string])[] = [
    ['code', 'GET /callback?code=SplxlOBeZQQYbYS6WxSbIA&x=1 failed', 'SplxlOBeZQQYbYS6WxSbIA'],
    ['state', 'https://a.example/cb?x=1&state=af0ifjsldkj', 'af0ifjsldkj'],
    ['access_token', 'fragment #access_token=2YotnFZFEjr1zCsicMWpAA', '2YotnFZFEjr1zCsicMWpAA'],
    [
      'client_secret',
      'body: client_id=a&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw',
      '7Fjfp0ZBr1KtDRbnfVdmIw',
    ],
    ['code_verifier', 'code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r', 'dBjftJeZ4CVP'],
    ['JWT', 'token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl refused', 'c2lnbmF0dXJl'],
    ['JWE', 'eyJhbGciOiJkaXIifQ..aXZpdml2aXY.Y2lwaGVy.dGFn', 'Y2lwaGVy'],
    ['header', 'authorization: Bearer mF_9.B5f-4.1JqM', 'mF_9.B5f-4.1JqM'],
    ['Basic', 'Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIx', 'czZCaGRSa3F0Mzo3RmpmcDBaQnIx'],
    ['GitHub', 'got ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'ghp_16C7e42F'],
    ['Slack', 'got xoxp-1111-2222-3333-abcdef', 'xoxp-1111'],
  ]

  test.each(SECRETS)('%s is not in the log', async (_what, text, secret) => {
    const line = await logged(failure(text))
    expect(line).toContain('[redacted]')
    expect(line).not.toContain(secret)
  })

  test.each(['access_token', 'client_secret', 'password', 'id_token'])(
    'a member %s of an event is not in the log, at any depth',
    async (name) => {
      const event = {
        type: 'config.warning',
        at: 1,
        message: 'x',
        [name]: 'canary',
        more: { [name]: 'canary' },
      }
      expect(await logged(event as unknown as AuditEvent)).not.toContain('canary')
    },
  )

  test('what is no secret stays', async () => {
    const line = await logged(failure('ECONNREFUSED 127.0.0.1:5432 after 3 attempts, code 7'))
    expect(line).toContain('ECONNREFUSED 127.0.0.1:5432 after 3 attempts, code 7')
  })
})

describe('SEC-370 control characters from outside', () => {
  const HOSTILE =
    'a\r\nb\u001B[31mc\u2028d","event":"auth.allow\u202Ee\u009Bf\u200Bg\u{E0041}h\u0000'

  test.each(['subject', 'clientId', 'reason'])(
    'in %s leave one event on one line',
    async (name) => {
      const stream = new PassThrough()
      const audit = await createAuditLog({ key: KEY, stream, subjects: 'plain' })
      const event = { type: 'auth.deny', at: 1, correlationId: 'r', [name]: HOSTILE }
      await audit.write(event as unknown as AuditEvent)
      await audit.close()
      const text = String(stream.read())
      expect(text).not.toMatch(/[^\n\u0020-\u007E]/)
      const lines = text.trimEnd().split('\n')
      expect(lines.length).toBe(2)
      const record = JSON.parse(lines[1] ?? '') as Record<string, unknown>
      expect(record['event']).toBe('auth.deny')
      expect(record[name === 'clientId' ? 'client_id' : name]).toBe(HOSTILE)
    },
  )
})
