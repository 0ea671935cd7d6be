import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result, text } from './content.ts'

/** What a round leaves for the next one. */
export type State = { readonly name?: string }

/** Seals the state of a call between its rounds; one key for all requests of this process. */
export const stateCodec: RequestStateCodec<State> = createRequestStateCodec<State>({
  key: crypto.getRandomValues(new Uint8Array(32)),
})

const inputSchema = z.object({})
const name = z.object({ name: z.string() })
const confirmation = z.object({ ok: z.boolean() })
const color = z.object({ color: z.string() })
const context = z.object({ context: z.string() })
const capability = z.object({}).optional()
const envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ elicitation: capability, sampling: capability }),
})

const askName = (message = 'What is your name?') =>
  inputRequired.elicit({ message, requestedSchema: name })
const askConfirmation = () =>
  inputRequired.elicit({ message: 'Please confirm', requestedSchema: confirmation })
const ask = (question: string, maxTokens = 100) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: text(question) }],
    maxTokens,
  })

/** The tools and the prompt that ask the client for input (MRTR) before they answer. */
export function registerInputRequiredTools(server: McpServer): void {
  registerSingleQuestions(server)
  registerStatefulTools(server)
  registerMultiRound(server)
  registerCapabilityTools(server)
  registerInputRequiredPrompt(server)
}

function registerSingleQuestions(server: McpServer): void {
  server.registerTool(
    'test_input_required_result_elicitation',
    { description: 'Asks the user for a name', inputSchema },
    async (_args, { mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, 'user_name', name)
      if (answer === undefined) return inputRequired({ inputRequests: { user_name: askName() } })
      return result(text(`Hello, ${answer.name}!`))
    },
  )
  server.registerTool(
    'test_input_required_result_sampling',
    { description: 'Asks the model a question', inputSchema },
    async (_args, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, 'capital_question')
      if (answer.kind === 'sampling') return result(text(JSON.stringify(answer.result.content)))
      return inputRequired({
        inputRequests: { capital_question: ask('What is the capital of France?') },
      })
    },
  )
  server.registerTool(
    'test_input_required_result_list_roots',
    { description: 'Asks the client for its roots', inputSchema },
    async (_args, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, 'client_roots')
      if (answer.kind === 'roots') return result(text(answer.roots.map(({ uri }) => uri).join(' ')))
      return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
    },
  )
}

function registerStatefulTools(server: McpServer): void {
  const stateful = {
    test_input_required_result_request_state: 'state-ok',
    test_input_required_result_tampered_state: 'integrity-ok',
  }
  for (const [tool, answer] of Object.entries(stateful)) {
    server.registerTool(
      tool,
      { description: 'Asks for a confirmation and keeps sealed state', inputSchema },
      async (_args, { mcpReq }) => {
        const confirmed = acceptedContent(mcpReq.inputResponses, 'confirm', confirmation)
        if (mcpReq.requestState<State>() !== undefined && confirmed?.ok === true) {
          return result(text(answer))
        }
        return inputRequired({
          inputRequests: { confirm: askConfirmation() },
          requestState: await stateCodec.mint({}),
        })
      },
    )
  }
}

function registerMultiRound(server: McpServer): void {
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks the user, the model and the client at once', inputSchema },
    async (_args, { mcpReq }) => {
      const kinds = ['user_name', 'greeting', 'client_roots'].map(
        (key) => inputResponse(mcpReq.inputResponses, key).kind,
      )
      if (kinds.join() === 'elicit,sampling,roots') return result(text('All inputs received'))
      return inputRequired({
        inputRequests: {
          user_name: askName(),
          greeting: ask('Generate a greeting', 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await stateCodec.mint({}),
      })
    },
  )
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks two questions, one after the other', inputSchema },
    async (_args, { mcpReq }) => {
      const known = mcpReq.requestState<State>()?.name
      const chosen = acceptedContent(mcpReq.inputResponses, 'step2', color)
      if (known !== undefined && chosen !== undefined) {
        return result(text(`${known} likes ${chosen.color}`))
      }
      const given = known ?? acceptedContent(mcpReq.inputResponses, 'step1', name)?.name
      const message = 'Step 2: What is your favorite color?'
      return inputRequired({
        inputRequests:
          given === undefined
            ? { step1: askName('Step 1: What is your name?') }
            : { step2: inputRequired.elicit({ message, requestedSchema: color }) },
        requestState: await stateCodec.mint(given === undefined ? {} : { name: given }),
      })
    },
  )
}

function registerCapabilityTools(server: McpServer): void {
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only in ways that the client can answer', inputSchema },
    async (_args, { mcpReq }) => {
      const capabilities = envelope.parse(mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY]
      if (Object.keys(mcpReq.inputResponses ?? {}).length > 0) return result(text('Received'))
      return inputRequired({
        inputRequests: {
          ...(capabilities.elicitation !== undefined && { by_user: askName() }),
          ...(capabilities.sampling !== undefined && { by_model: ask('Choose a name', 50) }),
        },
        requestState: await stateCodec.mint({}),
      })
    },
  )
  server.registerTool(
    'test_missing_capability',
    { description: 'Needs sampling, whatever the client declares', inputSchema },
    async (_args, { mcpReq }) =>
      inputResponse(mcpReq.inputResponses, 'answer').kind === 'sampling'
        ? result(text('Sampled'))
        : inputRequired({ inputRequests: { answer: ask('Say pong', 16) } }),
  )
}

function registerInputRequiredPrompt(server: McpServer): void {
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks the user for the context of the prompt' },
    async ({ mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, 'user_context', context)
      if (answer !== undefined) {
        return { messages: [{ role: 'user', content: text(`Context: ${answer.context}`) }] }
      }
      const message = 'What context should the prompt use?'
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({ message, requestedSchema: context }),
        },
      })
    },
  )
}
