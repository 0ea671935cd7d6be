import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('the to-do manager keeps what is whose, and asks for more only where it is needed', async () => {
  expect(await runExample('examples/todo-manager/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `alice signs in for reading and writing, and adds two to-dos
bob signs in for reading: he sees neither add_todo nor delete_todo, and nothing of alice
bob adds a to-do: he is asked for writing, and then sees those tools too
bob cannot delete alice's to-do: he is not its owner
bob cannot clear all to-dos: it takes todo:admin, which is not his to grant
alice deletes her own
the admin clears all to-dos: one more consent, for todo:admin, and it is done
`,
  })
})

test.each(['server', 'client'])('its %s is short', (name) => {
  const lines = readFileSync(`examples/todo-manager/${name}.ts`, 'utf8').split('\n')
  expect(lines.length).toBeLessThan(120)
})
