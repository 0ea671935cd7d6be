import { base64url } from 'jose'

// The primes whose product every modulus of the flawed generator was built around (CVE-2017-15361).
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]
const GENERATOR = 65_537

/**
 * Whether an RSA modulus comes from the flawed generator of CVE-2017-15361 (ROCA), so that its
 * private key can be computed: its residues are powers of 65537 modulo all these primes, which
 * happens to one in a billion of the others.
 */
export function isRocaModulus(n: string): boolean {
  // What is no base64url is found when the key is imported.
  if (!/^(?:[A-Za-z0-9_-]{4})*[A-Za-z0-9_-]{2,3}$|^(?:[A-Za-z0-9_-]{4})+$/.test(n)) return false
  const bytes = base64url.decode(n)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const modulus = BigInt(`0x0${hex}`)
  return PRIMES.every((prime) => powersOfGenerator(prime).has(Number(modulus % BigInt(prime))))
}

function powersOfGenerator(prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * GENERATOR) % prime) powers.add(power)
  return powers
}
