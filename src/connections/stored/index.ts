export { type ConnectionOwner, ownerOfUser } from '../owner.ts'
export { createStoredConnections, type StoredConnections } from './stored-connections.ts'
