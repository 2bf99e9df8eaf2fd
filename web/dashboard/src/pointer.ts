// What a pointer does, apart from being somewhere.

/** Whether it moved itself: browsers also tell of a pointer at rest under which something has appeared, which points at nothing. */
export function hasMoved({ movementX, movementY }: PointerEvent): boolean {
  return movementX !== 0 || movementY !== 0;
}
