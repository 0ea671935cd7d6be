import { Server } from 'node:http'

// Preloaded into a server that listens on every address and does not tell its port: it is made to
// listen on a free loopback port and to tell its parent which.
// oxlint-disable-next-line typescript/unbound-method -- Called with the server as `this` below.
const listen = Server.prototype.listen
Server.prototype.listen = function listenOnLoopback(this: Server, ...args: readonly unknown[]) {
  this.once('listening', () => process.send?.(this.address()))
  const callback = args.find((arg): arg is () => void => typeof arg === 'function')
  return Reflect.apply(listen, this, [{ port: 0, host: '127.0.0.1' }, callback])
}
process.on('disconnect', () => process.exit())
