(function () {
  var table = document.getElementById("counties");
  var find = document.querySelector(".find");
  if (!table || !find) { return; }
  var body = table.tBodies[0];
  find.hidden = false;
  find.querySelector("input").addEventListener("input", function (event) {
    var wanted = event.target.value.trim();
    Array.prototype.forEach.call(body.rows, function (row) {
      row.hidden = row.textContent.indexOf(wanted) < 0;
    });
  });
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    head.setAttribute("data-order", "");
    head.addEventListener("click", function () {
      var order = head.getAttribute("data-order") === "up" ? "down" : "up";
      var rows = Array.prototype.slice.call(body.rows);
      rows.sort(function (first, second) {
        var left = first.cells[column].textContent.trim(), right = second.cells[column].textContent.trim();
        var compared = left.localeCompare(right, "zh-CN", { numeric: true });
        return order === "up" ? compared : -compared;
      });
      rows.forEach(function (row) { body.appendChild(row); });
      head.setAttribute("data-order", order);
    });
  });
})();
