/** The servers of the demo: how its lines call them, and where they are. */
export type Places = readonly (readonly [name: string, origin: string])[]

/** @returns `undefined` for anywhere else. */
export function placeOf(places: Places, url: URL): string | undefined {
  return places.find(([, origin]) => origin === url.origin)?.[0]
}
