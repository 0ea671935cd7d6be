import { ANSWERS } from './answers.ts'
import { HANDLERS } from './handlers.ts'
import { MCP } from './mcp.ts'
import { POLICIES } from './policies.ts'
import { type Expectations, resultOf } from './suite-case.ts'
import { TOKENS } from './tokens.ts'

/** Runs every case and prints its result as a line of JSON. */
export async function runSuite(expectations: Expectations): Promise<void> {
  for (const { title, run } of [...ANSWERS, ...TOKENS, ...HANDLERS, ...MCP, ...POLICIES]) {
    console.log(JSON.stringify(await resultOf(title, () => run(expectations))))
  }
}
