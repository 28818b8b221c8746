/** Writes a collection of drawn pictures: one sub-folder a kind, at most six. Sides in pixels. */
export function drawCollection(
  folder: string,
  options?: { perClass?: number; classes?: number; seed?: number; smallest?: number; largest?: number },
): Promise<void>
