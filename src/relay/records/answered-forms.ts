import { formatRecord } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { KeyOf } from './record-names.ts'

/** How long a consent page can be answered. */
export const FORM_SECONDS = 1_800

const FORMAT = 1
const MARGIN_SECONDS = 60

/** Remembers which forms were answered, as long as they could be answered again. */
export function createAnsweredForms(
  storage: Storage,
  keyOf: KeyOf,
): (csrfToken: string) => Promise<boolean> {
  const options = { ttlSeconds: FORM_SECONDS + MARGIN_SECONDS, ifAbsent: true }
  return async (csrfToken) =>
    storage.set(await keyOf('relay-approval', csrfToken), formatRecord(FORMAT, {}), options)
}
