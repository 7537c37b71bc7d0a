"""The addresses of products."""

from sandbox.catalogue.price import open_price
from sandbox.catalogue.product import PLAIN, open_product
from sandbox.protocol.call import Call
from sandbox.protocol.listing import matching, page_of
from sandbox.protocol.routes import route
from sandbox.protocol.views import Object


@route("POST", "/v1/products")
def create(call: Call) -> Object:
    row = open_product(call.account, call.params, metadata=call.metadata)
    if "default_price_data" in call.params:
        given = call.params["default_price_data"] | {"product": row["id"]}
        row["default_price"] = open_price(call.account, given)["id"]
        call.account.save(row)
    return row


@route("GET", "/v1/products/{id}")
def retrieve(call: Call) -> Object:
    return call.account.get("product", call.path["id"])


@route("POST", "/v1/products/{id}")
def update(call: Call) -> Object:
    row = retrieve(call)
    row |= {name: call.params[name] for name in PLAIN if name in call.params}
    if "default_price" in call.params:
        row["default_price"] = call.account.get("price", call.params["default_price"], "default_price")["id"]
    row["updated"] = call.account.now
    call.change_metadata(row)
    call.account.save(row)
    call.account.emit("product.updated", row)
    return row


@route("GET", "/v1/products")
def list_products(call: Call) -> Object:
    return page_of(call, "product", matching(call, "active", "url"))
