/** A random UUID (version 4). Browsers hide `crypto.randomUUID` on pages without TLS, `getRandomValues` they do not. */
export function uuid(): string {
  // The 4 is the version, the 8 the variant.
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`;
}

/** That many random hexadecimal digits. */
function digits(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => (byte & 15).toString(16)).join(
    "",
  );
}
