import type { ClientView } from './connection-views.ts'
import { plainText } from './plain-text.ts'

const MAX_NAME = 80

/** What an application is called: by its name, else by its id. */
export function clientName({ id, name = '' }: ClientView): string {
  return plainText(name, MAX_NAME) || plainText(id, MAX_NAME)
}
