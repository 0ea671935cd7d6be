import * as sdk from '@modelcontextprotocol/server'
import { expect, onTestFinished, test } from 'vitest'
import { parseCommand } from '../../../src/gateway/parse-command.ts'
import { type Conversation, startHostedProcess } from '../../../src/gateway/stdio/hosted-process.ts'
import { StreamedAnswer } from '../../../src/gateway/stdio/streamed-answer.ts'
import { callerOf } from '../resource-server/callers.ts'

test('a stream that was left before it began listens to nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<Response>()
  let listeners = 0
  const conversation: Conversation = {
    handle: () => promise,
    receive: () => undefined,
    abandon: () => undefined,
    end: () => undefined,
    listen() {
      listeners += 1
      return () => {
        listeners -= 1
      }
    },
  }
  const settings = parseCommand({ command: 'cat' }, {}, {})
  const parts = { sdk, settings, elapsed: () => 0, report: () => undefined }
  const place = { owner: 'alice', busy: 0, idleSince: 0, stop: undefined }
  const hosted = await startHostedProcess(
    parts,
    { caller: callerOf(), place },
    () => conversation,
    () => undefined,
  )
  onTestFinished(() => hosted.stop())

  const answer = new StreamedAnswer({}, undefined)
  const served = hosted.serve({ method: 'GET', headers: new Headers(), body: undefined }, answer)
  answer.abort(new Error('The client has gone.'))
  resolve(new Response('event: message\n\n'))
  await served
  expect(listeners).toBe(0)
})
