// One file on its way to the server, with its progress. `fetch` cannot tell how far an upload is, so this asks the old way.
import type { Attachment } from "../../../shared/src/protocol.gen.ts";
import { ApiError, csrf, learn } from "../api.ts";

/** What the server takes; it judges by content, this only spares a try. */
export const PICTURES = "image/png,image/jpeg,image/gif,image/webp";
export const TYPES = `${PICTURES},audio/*,video/*,application/pdf,text/plain,.log,.md,.csv`;
/** Bytes. */
export const LARGEST = 10 * 1024 * 1024;
/** Files of one message. */
export const MOST = 10;

export interface Upload {
  done: Promise<Attachment>;
  cancel: () => void;
}

/** Rejects with `ApiError`; code `cancelled` after `cancel`. `onProgress` hears 0 to 1. */
export function upload(conversation: string, file: File, onProgress: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Attachment>((resolve, reject) => {
    const fail = (status: number, code: string) => reject(new ApiError(status, code, ""));
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onerror = () => fail(0, "connection");
    request.onabort = () => fail(0, "cancelled");
    request.onload = async () => {
      const answer = parse(request.responseText);
      if (request.status === 201) return resolve(answer as Attachment);
      const code = (answer as { code?: string } | null)?.code ?? "other";
      await learn(code);
      fail(request.status, code);
    };
  });
  request.open("POST", `/api/v1/conversations/${conversation}/files`);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
  request.setRequestHeader("x-csrf-token", csrf());
  request.send(file);
  return { done, cancel: () => request.abort() };
}

/** Where a file of a conversation is fetched. */
export function fileUrl(conversation: string, id: string): string {
  return `/api/v1/conversations/${conversation}/files/${id}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
