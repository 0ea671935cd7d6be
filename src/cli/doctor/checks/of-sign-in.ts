import type { Outcome } from '../finding.ts'
import type { Observations } from '../observations.ts'
import type { SignInSeen } from '../sign-in-seen.ts'

/** Looks at a sign-in that has given a token. */
export function ofSignIn(
  look: (signIn: SignInSeen, seen: Observations) => readonly Outcome[],
): (seen: Observations) => readonly Outcome[] {
  return (seen) =>
    seen.signIn === undefined || seen.signIn.failure !== undefined ? [] : look(seen.signIn, seen)
}
