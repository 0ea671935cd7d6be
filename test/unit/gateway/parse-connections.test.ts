import { expect, test } from 'vitest'
import { parseConnections } from '../../../src/gateway/parse-connections.ts'

const messages = {
  services: new Map([['github', { fields: undefined }]]),
} as unknown as Parameters<typeof parseConnections>[1]

test.each([null, '', 'whoami', 0])('tools that are %j are a mistake at start', (tools) => {
  const given = { github: { tools: tools as never } }
  expect(() => parseConnections(given, messages)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }),
  )
})

test('without tools all of them need it', () => {
  expect(parseConnections({ github: {} }, messages)).toMatchObject([{ tools: undefined }])
})
