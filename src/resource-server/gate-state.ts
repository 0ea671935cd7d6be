import { createMirroredParameters, type MirroredParameters } from '../mcp/index.ts'
import { createHandleOwners, type HandleMemory, type HandleOwners } from './handle-owners.ts'
import { createOpenStreams, type OpenStreams } from './open-streams.ts'
import { type CheckOperations, createOperationCheck, scopeRules } from './operation-check.ts'
import type { Settings } from './options/index.ts'
import { createPossession, type ProvePossession } from './possession/index.ts'
import { createStepUps, type StepUps } from './step-ups.ts'
import { createTokenAdmission, type TokenAdmission } from './token-admission.ts'

/** What one resource server remembers and decides with, from request to request. */
export interface GateState<Claims> {
  readonly tokens: TokenAdmission<Claims>
  /** `undefined` where no token that is bound to a key gets this far. */
  readonly provePossession: ProvePossession | undefined
  readonly checkOperations: CheckOperations
  /** Whose the values of `Mcp-Session-Id` are. */
  readonly sessions: HandleOwners
  readonly tasks: HandleOwners
  readonly streams: OpenStreams
  readonly stepUps: StepUps
  readonly mirroredParameters: MirroredParameters
}

export function createGateState<Claims>(
  settings: Settings<Claims>,
  handles: HandleMemory,
): GateState<Claims> {
  const { clock, dpop, policy, revocations } = settings
  return {
    tokens: createTokenAdmission(settings),
    provePossession: dpop && createPossession(settings, dpop),
    checkOperations: createOperationCheck(settings),
    sessions: createHandleOwners(handles.sessions, clock, revocations),
    tasks: createHandleOwners(handles.tasks, clock, revocations),
    streams: createOpenStreams(settings),
    stepUps: createStepUps(clock, scopeRules(policy).missingScopes),
    mirroredParameters: createMirroredParameters(),
  }
}
