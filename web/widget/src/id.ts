/** A random UUID (version 4). `crypto.randomUUID` is missing on pages without TLS. */
export function newId(): string {
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`;
}

function digits(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => (byte & 15).toString(16)).join(
    "",
  );
}
