// A small web site of somebody who embeds the widget.
import { once } from "node:events";
import { createServer } from "node:http";
import { after } from "node:test";

/** Serves one page, as / and as /cart, until the tests of the file are over. `policy`: its content security policy. */
export async function serveSite(policy) {
  let page = "";
  const server = createServer((request, response) => {
    if (!/^\/(cart.*)?$/.test(request.url)) return response.writeHead(204).end();
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      ...(policy && { "content-security-policy": policy }),
    });
    response.end(page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    show(title, body) {
      page = `<!doctype html><html lang="en"><title>${asHtml(title)}</title><h1>Shop</h1>${body}</html>`;
    },
  };
}

/** As text or as the value of an attribute. */
export function asHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
