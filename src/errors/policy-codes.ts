import type { ErrorCodeEntry } from './code-entry.ts'

/** The codes of a `ConfigError` about a policy. */
export type PolicyErrorCode =
  | 'ERR_CONFIG_POLICY_CYCLE'
  | 'ERR_CONFIG_POLICY_NAME'
  | 'ERR_CONFIG_POLICY_RULE'
  | 'ERR_CONFIG_POLICY_SCOPE'
  | 'ERR_CONFIG_POLICY_TIE'
  | 'ERR_CONFIG_POLICY_UNREGISTERED'

export const POLICY_ERROR_CODES: Readonly<Record<PolicyErrorCode, ErrorCodeEntry>> = {
  ERR_CONFIG_POLICY_CYCLE: {
    cause: 'A scope implies itself, directly or through others.',
    remedy: 'Remove one of the implications on the path that the message names.',
  },
  ERR_CONFIG_POLICY_NAME: {
    cause: 'The key of a rule is empty, a malformed URI template, or a tool that is not declared.',
    remedy:
      'Write a name or a pattern with `*`, or for resources a URI template (RFC 6570); list declared tools in `toolNames`.',
  },
  ERR_CONFIG_POLICY_RULE: {
    cause: 'The value is no rule, so it would be unclear who gets in.',
    remedy:
      'Write a scope, an array of scopes, a requirement with known fields and without empty lists, or a function; `[]` is any authenticated caller.',
  },
  ERR_CONFIG_POLICY_SCOPE: {
    cause:
      'The scope is not declared in `scopes`, or breaks the grammar of a scope-token (RFC 6749 §3.3).',
    remedy:
      'Check the spelling; write one scope per string, and declare it where `scopes` is given.',
  },
  ERR_CONFIG_POLICY_TIE: {
    cause: 'Two patterns match a same name, and neither is more specific.',
    remedy: 'Make one of them more specific, or write a rule for each name that both match.',
  },
  ERR_CONFIG_POLICY_UNREGISTERED: {
    cause:
      'Policy and server disagree: a rule names what is not registered, or what is registered has no rule.',
    remedy: 'Correct the names that the message lists, in the policy or where they are registered.',
  },
}
