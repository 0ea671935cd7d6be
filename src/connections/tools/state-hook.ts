import { type CallContext, callerOf } from '../../context/index.ts'
import type { ConnectionsCore } from '../connections.ts'
import { stateRefusal } from './call-refusal.ts'
import type { InvalidState, RequestStates } from './request-state.ts'
import { INVALID_STATE_TEXT } from './texts.ts'

/** `ServerOptions.requestState` of SDK v2. */
export interface RequestStateHook {
  verify(state: string, context: CallContext): Promise<void>
}

/** Refuses states before the SDK calls the handler: all but those of other arguments. */
export function createStateHook(core: ConnectionsCore, states: RequestStates): RequestStateHook {
  return {
    verify: async (state, context) => {
      const principal = callerOf(context)
      const found = await states.check(state, {
        principalId: principal?.id ?? '',
        clientId: principal?.clientId,
        operation: undefined,
      })
      if (typeof found === 'string') throw invalidState(core, found, principal)
    },
  }
}

/** The refusal of a state, which the operator is told of. */
export function invalidState(
  { settings: { emit, clock } }: ConnectionsCore,
  reason: InvalidState,
  principal: ReturnType<typeof callerOf>,
): Error {
  emit({
    type: 'mrtr.state_invalid',
    at: clock.now(),
    reason,
    issuer: principal?.issuer,
    subject: principal?.subject,
    tenant: principal?.tenant,
    clientId: principal?.clientId,
  })
  return stateRefusal(INVALID_STATE_TEXT)
}
