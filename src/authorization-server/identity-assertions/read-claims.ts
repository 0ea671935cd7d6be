import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims } from './assertion-facts.ts'

const MAX_TEXT_LENGTH = 1_024

/** Reads the claims that every assertion has (draft-ietf-oauth-identity-assertion-authz-grant §3). */
export function readClaims(
  all: Readonly<Record<string, unknown>>,
): AssertionCheck<AssertionClaims> {
  const { iss, sub, jti, iat, exp } = all
  if (!isText(iss) || !isText(sub) || !isText(jti) || !isTime(iat) || !isTime(exp)) {
    return failed('claims')
  }
  return passed({ iss, sub, jti, iat, exp, all })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
