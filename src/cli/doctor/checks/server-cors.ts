import { type Check, note, pass } from '../finding.ts'
import { ofEachServer } from './each-server.ts'
import { isReadable } from './web-pages.ts'

/** Pages that sign in read these documents themselves. */
export const serverCors: Check = {
  id: 'server-web-pages',
  requirement: 'CORS',
  look: ofEachServer((_metadata, { isNamed, locations }) => {
    if (!isNamed) return []
    return isReadable(locations.at(-1))
      ? pass('Web pages may read the metadata of the authorization server.')
      : note('Web pages may not read the metadata of the authorization server.')
  }),
}
